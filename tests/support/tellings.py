"""What the real pathway has families told, and when."""

from care_circle.definition.pathway import COCON
from care_circle.definition.pathway_reading import read_pathway
from care_circle.tellings import tellings_of

TELLINGS = tellings_of(read_pathway(COCON))
