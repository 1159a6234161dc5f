using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>The parameters and results of a function. Two types with the same ones are equal.</summary>
public sealed class WasmFunctionType : WasmExternType, IEquatable<WasmFunctionType>
{
    private readonly WasmValueType[] _parameters;
    private readonly WasmValueType[] _results;

    internal WasmFunctionType(WasmValueType[] parameters, WasmValueType[] results)
    {
        _parameters = parameters;
        _results = results;
    }

    /// <summary>The types of the parameters.</summary>
    public ReadOnlySpan<WasmValueType> Parameters => _parameters;

    /// <summary>The types of the results.</summary>
    public ReadOnlySpan<WasmValueType> Results => _results;

    // Made at the first call with untyped arguments. Two threads may both make it; either one does.
    internal UntypedCall? UntypedCall { get; set; }

    /// <inheritdoc/>
    public bool Equals(WasmFunctionType? other) =>
        other is not null && (ReferenceEquals(this, other) || (Parameters.SequenceEqual(other.Parameters) && Results.SequenceEqual(other.Results)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WasmFunctionType);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(_parameters.Length);
        foreach (var type in _parameters)
            hash.Add((byte)type);

        foreach (var type in _results)
            hash.Add((byte)type);

        return hash.ToHashCode();
    }

    /// <summary>For messages: <c>(i32, i64) -> (f32)</c>.</summary>
    public override string ToString() => $"({List(_parameters)}) -> ({List(_results)})";

    private static string List(WasmValueType[] types) => string.Join(", ", types.Select(type => type.ToString().ToLowerInvariant()));
}
