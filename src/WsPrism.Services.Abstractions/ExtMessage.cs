namespace WsPrism.Services;

/// <summary>One envelope on its way to an Ext service. The spans are valid for the length of the call.</summary>
public readonly ref struct ExtMessage
{
    /// <summary>The envelope's <c>type</c>, for example <c>send</c>.</summary>
    public required ReadOnlySpan<byte> Type { get; init; }

    /// <summary>The envelope's <c>room</c>; empty where it has none.</summary>
    public ReadOnlySpan<byte> Room { get; init; }

    /// <summary>The envelope's <c>data</c> as raw JSON, checked to be well-formed; empty where it has none.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The envelope's <c>id</c> as the JSON token that came; empty where it has none.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary>True where the envelope names a room.</summary>
    public bool HasRoom => !Room.IsEmpty;
}
