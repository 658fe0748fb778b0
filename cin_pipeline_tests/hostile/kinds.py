"""Every kind, by what it is about."""

from cin_pipeline_tests.hostile import encodings, file_kinds, headers, structures, values, xml_forms
from cin_pipeline_tests.hostile.declaring import Kind

GROUPS: dict[str, tuple[Kind, ...]] = {
    "encodings and characters": encodings.KINDS,
    "other files": file_kinds.OTHER_KINDS,
    "other XML": file_kinds.OTHER_XML,
    "cut": file_kinds.CUT,
    "headers": headers.HEADERS,
    "years": headers.YEARS,
    "authorities": headers.AUTHORITIES,
    "document types, entities, CDATA": xml_forms.TYPES,
    "comments, instructions, white space": xml_forms.BESIDES,
    "attributes": xml_forms.ATTRIBUTES,
    "namespaces": xml_forms.NAMESPACES,
    "elements": structures.ELEMENTS,
    "many elements": structures.MANY,
    "dates": values.DATES,
    "codes, flags, counts": values.CODES,
    "ids": values.IDS,
    "volumes": values.VOLUMES,
}
KINDS: dict[str, Kind] = {kind.name: kind for kinds in GROUPS.values() for kind in kinds}
if len(KINDS) != sum(map(len, GROUPS.values())):
    raise ValueError("two kinds have one name")
