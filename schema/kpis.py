"""Types made of the declarations of KPIs: a field for each measure, described by its help and formula."""

from typing import Any

import strawberry

from kpis.measures import Customers, Measure, Section, Sum


def measure_description(measure: Measure) -> str:
    """What a measure tells, its formula and its unit."""
    formula = f" Formula: {measure.formula}." if measure.formula else ""
    null = "" if isinstance(measure, Customers | Sum) else " Null when the divisor is 0."
    return f"{measure.help}{formula} Unit: {measure.unit}.{null}"


def section_type(section: Section, **more: Any) -> Any:
    """The GraphQL type of a section: its measures, and the fields given beside them."""
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for measure in section.measures:
        always = isinstance(measure, Customers | Sum)
        annotations[measure.name] = measure.python_type if always else float | None
        fields[measure.name] = strawberry.field(description=measure_description(measure))
    namespace = {"__annotations__": annotations, "__module__": __name__, **fields, **more}
    return strawberry.type(type(section.type_name, (), namespace), description=section.help)
