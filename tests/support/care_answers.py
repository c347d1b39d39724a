"""A filled 24-month visit of an invented child."""

from care_circle.definition.form import Answer

WHOLE: dict[str, Answer] = {
    "visit_date": "2026-11-20",
    "visit_kind": "in_person",
    "parents_concerned": False,
    "conclusion": "reassuring",
    "walks_alone": True,
    "walking_age_months": 14,
    "gross_motor": "normal",
    "fine_motor": "normal",
    "words_spoken": "10_to_50",
    "joins_two_words": True,
    "points_with_finger": True,
    "asq_done": False,
    "vision_result": "normal",
    "eye_examined": False,
    "hearing_result": "normal",
    "hearing_examined": False,
    "weight_kg": 11.4,
    "height_cm": 84.5,
    "head_circumference_cm": 47.5,
}
ASQ: dict[str, Answer] = {
    "asq_done": True,
    "asq_name": "asq_3",
    "asq_date": "2026-11-10",
    "asq_months": 24,
    "asq_communication": 50,
    "asq_gross_motor": 55,
    "asq_fine_motor": 45,
    "asq_problem_solving": 50,
    "asq_personal_social": 60,
}
