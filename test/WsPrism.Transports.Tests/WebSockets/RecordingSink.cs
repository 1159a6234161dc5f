using System.Text;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

/// <summary>Writes down every callback as a line; long payloads are told by their bytes, so equal lines are equal payloads.</summary>
internal sealed class RecordingSink : IWebSocketFrameSink
{
    private readonly Action<RecordingSink>? _onEach;

    public RecordingSink(Action<RecordingSink>? onEach = null)
    {
        _onEach = onEach;
    }

    public List<string> Lines { get; } = [];

    /// <summary>The payloads of text and binary messages alone.</summary>
    public List<byte[]> Messages { get; } = [];

    public string? LastReason { get; private set; }

    public void OnText(Span<byte> message)
    {
        Messages.Add(message.ToArray());
        Add("text " + Encoding.UTF8.GetString(message));
    }

    public void OnBinary(Span<byte> message)
    {
        Messages.Add(message.ToArray());
        Add("binary " + Convert.ToHexStringLower(message));
    }

    public void OnPing(ReadOnlySpan<byte> payload)
    {
        Add("ping " + Convert.ToHexStringLower(payload));
    }

    public void OnPong(ReadOnlySpan<byte> payload)
    {
        Add("pong " + Convert.ToHexStringLower(payload));
    }

    public void OnClose(ushort code, ReadOnlySpan<byte> reason)
    {
        Add($"close {code} {Encoding.UTF8.GetString(reason)}");
    }

    public void OnError(ushort closeCode, string reason)
    {
        LastReason = reason;
        Add($"error {closeCode}");
    }

    private void Add(string line)
    {
        Lines.Add(line);
        _onEach?.Invoke(this);
    }
}
