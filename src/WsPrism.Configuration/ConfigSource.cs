namespace WsPrism.Configuration;

/// <summary>Where a setting comes from.</summary>
/// <param name="File">The file as it was named to the loader.</param>
/// <param name="Line">Line of the value, from 1; of the nearest section that is written where <paramref name="IsDefault"/>.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="IsDefault">True where the key is not written and its default applies.</param>
public readonly record struct ConfigSource(string File, int Line, int Column, bool IsDefault)
{
    /// <summary><c>wsprism.yaml:12:5</c>, or <c>wsprism.yaml (default)</c>.</summary>
    public override string ToString() => IsDefault ? $"{File} (default)" : $"{File}:{Line}:{Column}";
}
