using System.Net.WebSockets;

namespace WsPrism.Client.Connection;

/// <summary>One connection. One receive and one send may run at a time; <see cref="Abort"/> may come from anywhere and ends both.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>The code of the gateway's close frame, once that was received; 1005 for one without.</summary>
    int CloseCode { get; }

    string CloseText { get; }

    /// <summary>Receives the next part of a message. Neither this nor sending takes a cancellation: watching one costs memory for each call.</summary>
    ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends a message. Where another one is sure to follow at once, it may wait for that to go with it.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, bool isText, bool isMoreSure);

    /// <summary>Sends a close frame.</summary>
    Task CloseAsync(int code, string text);

    void Abort();
}
