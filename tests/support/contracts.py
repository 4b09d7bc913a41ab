"""
The contract type `only`: an allow-list of imports, where import-linter itself offers lists of what is forbidden.

An allow-list keeps holding when somebody adds a dependency nobody thought of. Used in pyproject.toml.
"""

import sys

from grimp import DetailedImport, ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """Some packages import the standard library, themselves and a short list, and nothing else."""

    type_name = "only"

    modules = fields.ListField(subfield=fields.StringField())
    may_import = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every direct import that is not on the list; what those reach in turn is their own contract's affair."""
        strangers = [
            detail
            for package in self._names("modules")
            for importer in sorted({package} | graph.find_descendants(package))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not self._may_import(imported)
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line per import, with the line of source that has to go."""
        strangers: list[DetailedImport] = check.metadata["strangers"]
        for stranger in strangers:
            output.print_error(
                f"{stranger['importer']}:{stranger['line_number']} imports {stranger['imported']}", bold=False
            )
        output.new_line()

    def _may_import(self, imported: str) -> bool:
        if imported.partition(".")[0] in sys.stdlib_module_names:
            return True
        allowed = (*self._names("modules"), *self._names("may_import"))
        return any(imported == name or imported.startswith(f"{name}.") for name in allowed)

    def _names(self, option: str) -> tuple[str, ...]:
        # import-linter turns the field declared above into the list it was given; its types do not say so.
        return tuple(self.__dict__[option])
