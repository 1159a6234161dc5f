using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>A scalar after substitution. <see cref="Shown"/> is what a message may say of it: never what came from outside.</summary>
internal readonly record struct ConfigScalar(string Text, ScalarKind Kind, string Shown)
{
    public bool Substituted => Kind == ScalarKind.Substituted;

    /// <summary>True where the scalar may stand for a value of that kind.</summary>
    public bool Is(ScalarKind kind) => Kind == kind || Substituted;
}
