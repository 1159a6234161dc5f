using System.Net.Sockets;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>The sending side of one connection: one send after the other, each of whole frames. Used under its client's lock.</summary>
internal sealed class ClientSender(GatewayClient connection)
{
    private Task _last = Task.CompletedTask;

    /// <summary>Breaks the connection.</summary>
    public void Break() => connection.Dispose();

    public void Send(params IEnumerable<ClientFrame> frames)
    {
        byte[] bytes = [.. frames.SelectMany(connection.Encode)];
        if (bytes.Length > 0)
        {
            _last = SendAsync(_last, bytes);
        }
    }

    private async Task SendAsync(Task before, byte[] bytes)
    {
        await before;
        try
        {
            await connection.Raw.SendAsync(bytes);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Its reader finds out; it is sent again then.
        }
    }
}
