using System.Net.WebSockets;
using System.Threading.Channels;
using WsPrism.Client.Connection;

namespace WsPrism.Client.Tests.Support;

/// <summary>A connection in memory: what a test says comes, what the client sends is shown to the test.</summary>
internal sealed class FakeTransport : ITransport
{
    private readonly Channel<(byte[] Bytes, bool IsText)> _incoming = Channel.CreateUnbounded<(byte[], bool)>();
    private (byte[] Bytes, bool IsText)? _rest;
    private int _at;

    public Action<ReadOnlyMemory<byte>, bool> Sent { get; set; } = (_, _) => { };

    public int CloseCode { get; set; } = 1005;

    public string CloseText => string.Empty;

    public int? ClosedWith { get; private set; }

    public void Say(string text) => _incoming.Writer.TryWrite((System.Text.Encoding.UTF8.GetBytes(text), true));

    public void Say(byte[] frame) => _incoming.Writer.TryWrite((frame, false));

    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer)
    {
        if (_rest is null && _incoming.Reader.TryRead(out var next))
            _rest = next;

        return _rest is null ? WaitAsync(buffer) : new ValueTask<ValueWebSocketReceiveResult>(Take(buffer));
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, bool isText, bool isMoreSure)
    {
        Sent(message, isText);
        return default;
    }

    public Task CloseAsync(int code, string text)
    {
        ClosedWith = code;
        _incoming.Writer.TryComplete();
        return Task.CompletedTask;
    }

    public void Abort() => _incoming.Writer.TryComplete();

    public void Dispose() => Abort();

    private async ValueTask<ValueWebSocketReceiveResult> WaitAsync(Memory<byte> buffer)
    {
        if (!await _incoming.Reader.WaitToReadAsync())
            return ClosedWith is null ? throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely) : new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true);

        return await ReceiveAsync(buffer);
    }

    private ValueWebSocketReceiveResult Take(Memory<byte> buffer)
    {
        var (bytes, isText) = _rest!.Value;
        var count = Math.Min(bytes.Length - _at, buffer.Length);
        bytes.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        var isEnd = _at == bytes.Length;
        if (isEnd)
            (_rest, _at) = (null, 0);

        return new ValueWebSocketReceiveResult(count, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, isEnd);
    }
}
