using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace WsPrism.Gateway.Hosting;

/// <summary>Makes listening sockets whose connections keep little unsent data in the kernel.</summary>
internal static class ListenSocket
{
    private const int TcpLevel = 6;
    private const int TcpNotSentLowAt = 25;

    // Accepted sockets inherit it on Linux. What is behind it waits in the outbox, where newer states still replace older ones (PROTOCOL §5).
    private const int MaxUnsentBytes = 16_384;

    public static Socket Create(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.SetRawSocketOption(TcpLevel, TcpNotSentLowAt, BitConverter.GetBytes(MaxUnsentBytes));
        }

        return socket;
    }
}
