namespace WsPrism.Plugins.Scripts;

/// <summary>A client's message on its way into a script, copied out of the line. JSON that is not there is empty.</summary>
internal sealed class ScriptMessage
{
    public required byte[] Type { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The client's <c>id</c>, as the JSON that came.</summary>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>What is kept at the sender's session.</summary>
    public ReadOnlyMemory<byte> SessionState { get; init; }

    /// <summary>What it holds while it waits.</summary>
    public int Bytes => Type.Length + Data.Length + Id.Length + SessionState.Length;
}
