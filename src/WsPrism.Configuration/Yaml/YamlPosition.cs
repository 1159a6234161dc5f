namespace WsPrism.Configuration.Yaml;

/// <summary>Line and column, counted from 1.</summary>
internal readonly record struct YamlPosition(int Line, int Column) : IComparable<YamlPosition>
{
    public int CompareTo(YamlPosition other) => (Line, Column).CompareTo((other.Line, other.Column));
}
