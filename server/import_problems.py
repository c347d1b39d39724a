"""What the refusals of imports look like from outside."""

from collections.abc import Mapping

from care_circle.importing import csv_table as import_csv
from care_circle.importing import run as import_run
from server.problem_kind import Kind

IMPORT_PROBLEMS: Mapping[type[BaseException], Kind] = {
    import_csv.FileRefused: Kind(
        422, "file_refused", "Ce fichier ne peut pas être lu", "This file cannot be read"
    ),
    import_run.NotReady: Kind(
        409, "import_not_ready", "Import en cours : attendez la fin", "Import under way: wait"
    ),
    import_run.OtherReport: Kind(
        409,
        "other_report",
        "Ce n'est plus le rapport que vous avez lu",
        "This is not the report that you looked at",
    ),
    import_run.BadChoice: Kind(
        422, "bad_choice", "Choix impossible pour cette ligne", "Impossible choice for this line"
    ),
    import_run.ReportOver: Kind(
        409,
        "report_over",
        "Rapport effacé : envoyez le fichier à nouveau",
        "Report erased: send the file again",
    ),
}
