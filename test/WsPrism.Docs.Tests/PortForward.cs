using System.Net;
using System.Net.Sockets;

namespace WsPrism.Docs.Tests;

/// <summary>A port that is known before the program behind it runs: what connects to it is connected on to <see cref="Target"/>.</summary>
internal sealed class PortForward : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PortForward()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Host and port that is behind this one.</summary>
    public string Target { get; set; } = string.Empty;

    public void Dispose() => _listener.Dispose();

    private static async Task PassAsync(TcpClient near, string target)
    {
        using var far = new TcpClient();
        using (near)
        {
            var end = IPEndPoint.Parse(target);
            await far.ConnectAsync(end);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = PassAsync(client, Target);
        }
    }
}
