using System.Net.Sockets;

namespace WsPrism.Gateway.Hosting;

/// <summary>The file of a Unix socket: what a run that was killed left behind is in the way of the next one.</summary>
internal static class UnixSocketFile
{
    /// <summary>Removes a socket that nobody listens at; anything else at the path is somebody's, and an <see cref="IOException"/>.</summary>
    public static void RemoveStale(string path)
    {
        if (Directory.Exists(path) || (File.Exists(path) && !IsSocket(path)))
        {
            throw new IOException("there is something at this path that is not a socket");
        }

        if (!File.Exists(path))
        {
            return;
        }

        if (IsAlive(path))
        {
            throw new IOException("another process listens at this socket");
        }

        File.Delete(path);
    }

    // A socket cannot be opened as a file (ENXIO); all else that is there can, or may not. For writing too, or a pipe would wait for its other end.
    private static bool IsSocket(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static bool IsAlive(string path)
    {
        // Not blocking: a listener whose queue is full lives as well.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
