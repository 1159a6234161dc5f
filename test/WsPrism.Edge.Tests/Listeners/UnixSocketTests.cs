using System.Net;
using System.Net.Sockets;
using WsPrism.Edge.Tests.Support;
using WsPrism.Gateway.Cli;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Edge.Tests.Listeners;

/// <summary>A listener at <c>unix:/path</c>.</summary>
public sealed class UnixSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wsprism-unix-").FullName;

    private string SocketPath => Path.Combine(_folder, "g.sock");

    private string Listen => "unix:" + SocketPath;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_session_runs_over_a_Unix_socket()
    {
        await using var gateway = await GatewayRun.StartAsync(listen: Listen);
        using var wire = new Wire(gateway, HttpVersion.Version11, tls: false);
        using var alice = await Client.JoinAsync(wire, "alice");

        await alice.SendAsync([250, 1, 0, 7]);
        var echo = await alice.ReceiveHotAsync();
        await alice.CloseAsync();

        Assert.Equal([250, 1, 0, 7], echo);
        Assert.Contains($"wsPrism gateway active at {Listen}", gateway.Log.Lines);
    }

    [Fact]
    public async Task A_socket_that_nobody_listens_at_is_replaced()
    {
        LeaveStale();

        await using var gateway = await GatewayRun.StartAsync(listen: Listen);
        using var wire = new Wire(gateway, HttpVersion.Version11, tls: false);
        using var alice = await Client.JoinAsync(wire, "alice");

        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_socket_that_somebody_listens_at_is_not_stolen()
    {
        await using var first = await GatewayRun.StartAsync(listen: Listen);

        var exception = await Assert.ThrowsAsync<ListenException>(() => GatewayRun.StartAsync(listen: Listen));
        using var wire = new Wire(first, HttpVersion.Version11, tls: false);
        using var alice = await Client.JoinAsync(wire, "alice");

        Assert.Equal($"gateway.listen: cannot listen at {Listen}: another process listens at this socket", exception.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_removed()
    {
        await File.WriteAllTextAsync(SocketPath, "precious");

        var exception = await Assert.ThrowsAsync<ListenException>(() => GatewayRun.StartAsync(listen: Listen));

        Assert.Contains("not a socket", exception.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(SocketPath));
    }

    [Fact]
    public async Task The_command_exits_with_3_where_somebody_listens()
    {
        await using var first = await GatewayRun.StartAsync(listen: Listen);
        var file = Path.Combine(_folder, "wsprism.yaml");
        await File.WriteAllTextAsync(file, GatewayRun.Yaml(listen: Listen));

        var code = await WsPrismCommand.RunAsync(["start", "--config", file]);

        Assert.Equal(ExitCode.CannotListen, code);
    }

    [Fact]
    public async Task Without_TLS_the_line_of_the_start_is_plain()
    {
        await using var gateway = await GatewayRun.StartAsync();

        Assert.Contains($"wsPrism gateway active at {gateway.Host.ClientAddress}", gateway.Log.Lines);
    }

    // A process that is killed removes nothing. Closing a socket in .NET removes its file, so it is bound at another name.
    private void LeaveStale()
    {
        var temporary = SocketPath + ".tmp";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(temporary));
        socket.Listen();
        File.Move(temporary, SocketPath);
    }
}
