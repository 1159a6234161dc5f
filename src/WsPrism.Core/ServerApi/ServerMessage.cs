namespace WsPrism.Core.ServerApi;

/// <summary>An envelope from the backend, checked by whoever made it; <see cref="Data"/> is one well-formed JSON value or empty.</summary>
internal sealed class ServerMessage
{
    public required byte[] Svc { get; init; }

    public required byte[] Type { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Ids of sessions that do not get it; null for none.</summary>
    public IReadOnlySet<string>? Exclude { get; init; }
}
