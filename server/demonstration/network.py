"""First chapters: a network, its people under convention, a child, a circle."""

from datetime import date, timedelta

from care_circle.ages import add_months
from channels.headless_people import admit_member, attest_identity, open_circle
from crypto.ids import ChannelId, ChildId
from server.demonstration.cast import Actor
from server.demonstration.processes import command
from server.demonstration.stage import Stage

PIECES = ("convention", "charter", "practitioner_sheet", "bank_details")
MODULES = ("pathway", "child_support", "tool")
# 28 weeks and 3 days: 81 days before term.
WEEKS, DAYS, EARLY = 28, 3, timedelta(days=280 - (28 * 7 + 3))
CORRECTED_MONTHS = 24
OUTCOMES = {"included": "inclus", "not_included": "non inclus", "excluded": "exclu"}
DAYS_BEFORE_VISIT = timedelta(days=18)
# Long enough to be looked for in files without finding chance.
CHILD_NAME = ("Delormeaux", "Timothée")
PARENTS = (
    {"family_name": "Delormeaux", "given_name": "Maud", "phone": "+33639980101"},
    {"family_name": "Delormeaux", "given_name": "Karim", "phone": "+33639980102"},
)


async def found_network(stage: Stage) -> None:
    """Make the coordinator at the command line, then let her invite the others."""
    narrator, camille = stage.narrator, stage["camille"]
    narrator.chapter("Un réseau, et ceux qui y travaillent")
    part = camille.part
    told = await command(
        stage.world, "user", "add", "--email", part.email, "--family-name", part.family_name,
        "--given-name", part.given_name, "--role", part.role,
    )  # fmt: skip
    await camille.begin(_invitation(told))
    await attest_identity(camille.device, camille.id)
    narrator.tell(f"{part.called} : mot de passe, code à usage unique, appareil inscrit.")
    label = {"name": "Cabinet des Tilleuls", "neutral_label": "12 rue des Tilleuls, Nîmes"}
    structure = await camille.line.ask("POST", "/structures", label)
    for key in ("helene", "yanis", "ines"):
        await _join(stage, stage[key], structure["id"])


async def include_child(stage: Stage) -> None:
    """Register a child, ask the rules, note what the parents said, include."""
    narrator, camille = stage.narrator, stage["camille"]
    narrator.chapter("Un enfant")
    form = _child_form(birth_date(stage.clock().date()), physician=stage["helene"])
    child = await camille.line.ask("POST", "/children", form)
    stage.child = ChildId(child["id"])
    age = child["perinatal"]["gestational_age"]
    narrator.tell(
        f"Né à {age['weeks']} SA + {age['days']} jours, "
        f"bientôt {CORRECTED_MONTHS} mois d'âge corrigé."
    )
    today = stage.clock().date().isoformat()
    for contact in child["contacts"]:
        word = {"contact": contact["id"], "word": "agreed", "on": today, "language": "fr"}
        word["document"] = "charte des parents"
        await camille.line.ask("POST", f"/children/{stage.child}/consent", word)
    asked = await camille.line.ask("GET", f"/children/{stage.child}/eligibility")
    answer = asked["assessment"]
    outcome = OUTCOMES.get(answer["outcome"], answer["outcome"])
    reasons = ", ".join(answer["reasons"])
    narrator.tell(f"Les règles du parcours répondent : {outcome} par {reasons}.")
    words = await camille.line.ask("GET", f"/children/{stage.child}/consent")
    agreed = sum(word["word"] == "agreed" for word in words["consent"]["steps"])
    await camille.line.ask("POST", f"/children/{stage.child}/inclusion")
    narrator.tell(f"{agreed} parents sur {len(PARENTS)} ont accepté ; l'enfant est inclus.")


async def gather_circle(stage: Stage) -> None:
    """Open the circle, admit the three, and begin a channel that only they can read."""
    narrator, camille = stage.narrator, stage["camille"]
    narrator.chapter("Un cercle, un canal scellé")
    stage.circle = await open_circle(camille.device, stage.child)
    for key in ("helene", "yanis", "ines"):
        await admit_member(camille.device, stage.circle, stage[key].id)
        narrator.tell(f"{stage[key].part.called}, entre dans le cercle par un acte signé.")
    stage.channel = await _open_channel(stage)
    codes = [actor.device.circle_code(stage.channel) for actor in stage.cast.values()]
    stage.expect(len(set(codes)) == 1)
    same = "le même chez chacun" if len(set(codes)) == 1 else "DIFFÉRENT"
    narrator.tell(f"{len(codes)} appareils, un seul groupe MLS ; le code du cercle est {same} :")
    narrator.detail("  /  ".join(sorted(set(codes))))


async def _open_channel(stage: Stage) -> ChannelId:
    camille = stage["camille"]
    channel = await camille.device.open_channel(stage.circle)
    for key in ("helene", "yanis", "ines"):
        await camille.device.add(channel, stage[key].id)
        await stage[key].device.synchronise()
    for actor in stage.cast.values():
        await actor.device.synchronise()
    return channel


async def _join(stage: Stage, actor: Actor, structure: str) -> None:
    """Take somebody from the register to an attested identity and a convention in force."""
    camille, narrator = stage["camille"], stage.narrator
    form = actor.part.form() | {"structure": structure}
    person = await camille.line.ask("POST", "/professionals", form)
    invited = await camille.line.ask("POST", f"/professionals/{person['id']}/invitation")
    await actor.begin(invited["token"])
    await attest_identity(camille.device, actor.id, seen=actor.device.session.pins.keys[actor.id])
    await _sign_convention(stage, actor)
    narrator.tell(f"{actor.part.called} : convention signée, formation suivie, identité attestée.")


async def _sign_convention(stage: Stage, actor: Actor) -> None:
    ask, today = stage["camille"].line.ask, stage.clock().date().isoformat()
    convention = await ask("POST", f"/professionals/{actor.id}/conventions")
    path = f"/conventions/{convention['id']}"
    for piece in PIECES:
        await ask("POST", f"{path}/pieces", {"code": piece, "on": today})
    await ask("PUT", f"{path}/signature", {"signed_on": today, "active_from": today})
    for module in MODULES:
        await ask("POST", f"{path}/trainings", {"module": module, "on": today})


def birth_date(today: date) -> date:
    """Tell the day on which a child was born who is soon two years old, corrected."""
    return add_months(today + DAYS_BEFORE_VISIT, -CORRECTED_MONTHS) - EARLY


def _child_form(born: date, *, physician: Actor) -> dict[str, object]:
    return {
        "identity": {
            "birth_family_name": CHILD_NAME[0],
            "birth_given_names": [CHILD_NAME[1]],
            "birth_date": born.isoformat(),
            "sex": "male",
        },
        "perinatal": {
            "gestational_age": {"weeks": WEEKS, "days": DAYS},
            "birth_weight_g": 1090,
            "growth_percentile": 34,
        },
        "contacts": [
            dict(parent)
            | {"email": f"{parent['given_name'].lower()}@famille.example"}
            # Both were asked at the office, when registering, whether the addresses are theirs.
            | {"confirmed": ["email", "sms"]}
            for parent in PARENTS
        ],
        "referring_physician": physician.id,
    }


def _invitation(told: str) -> str:
    """Read the invitation's token out of what `ronde user add` printed."""
    lines = (line.split() for line in told.splitlines())
    return next(words[1] for words in lines if words and words[0] == "invitation")
