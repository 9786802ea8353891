"""What a row is, and how the table of them looks."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A bound for a member of a row: "ratio" or "ours"."""
    member: str
    bound: float
    is_least: bool = False              # at least the bound, else at most

    def is_met(self, row):
        value = getattr(row, self.member)
        return value >= self.bound if self.is_least else value <= self.bound

    def text(self, unit):
        value = '%gx' % self.bound if self.member == 'ratio' else show(self.bound, unit)
        return ('>= ' if self.is_least else '<= ') + value


@dataclass
class Row:
    """One figure of ours, beside the same figure of the other side if there is one."""
    what: str
    unit: str
    ours: float
    other: float = None
    side: str = ''                      # who or what the other is
    ratio: float = None                 # of the medians, unless rounds were compared one by one
    goal: Goal = None

    def __post_init__(self):
        if self.ratio is None and self.other:
            self.ratio = self.ours / self.other

    @property
    def met(self):
        return self.goal.is_met(self) if self.goal else None

    def as_json(self):
        return {'what': self.what, 'unit': self.unit, 'ours': self.ours, 'other': self.other, 'side': self.side,
                'ratio': self.ratio, 'goal': self.goal and self.goal.text(self.unit), 'met': self.met}


UNITS = {'/s': '%.0f/s', 'us': '%.1f us', 'ms': '%.2f ms', 's': '%.2f s', 'MB': '%.1f MB', 'kB': '%.0f kB', '': '%d'}


def show(value, unit):
    return '' if value is None else UNITS[unit] % value


def cells(row):
    verdict = {None: '', True: 'met', False: 'NOT MET'}[row.met]
    return (row.what, show(row.ours, row.unit), show(row.other, row.unit), row.side,
            '' if row.ratio is None else '%.2f' % row.ratio, row.goal.text(row.unit) if row.goal else '', verdict)


def table(rows):
    """The rows as text, a column as wide as it needs to be."""
    head = ('', 'ours', 'other', '', 'ratio', 'goal', '')
    lines = [head, *map(cells, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    right = {1, 2, 4}
    return '\n'.join('  '.join(cell.rjust(width) if i in right else cell.ljust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)
