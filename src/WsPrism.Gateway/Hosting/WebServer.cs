using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace WsPrism.Gateway.Hosting;

/// <summary>One Kestrel with one endpoint and one handler: no routing, no middleware, nothing from the environment.</summary>
internal sealed class WebServer : IListener
{
    private const string UnixScheme = "unix:";

    private readonly WebApplication _app;
    private readonly string _key;
    private readonly string _listen;

    public WebServer(
        string key, string listen, Action<ListenOptions> configure, ILoggerFactory loggers, RequestDelegate handler,
        IConnectionListenerFactory? transport = null)
    {
        _key = key;
        _listen = listen;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = ListenSocket.Create);
        if (transport is not null)
        {
            // The last one registered is asked first.
            builder.Services.AddSingleton(transport);
        }

        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            Limit(options.Limits);
            options.Listen(listen, configure);
        });
        _app = builder.Build();
        _app.Run(handler);
    }

    public string Address { get; private set; } = string.Empty;

    public async Task StartAsync()
    {
        try
        {
            if (_listen.StartsWith(UnixScheme, StringComparison.Ordinal))
            {
                UnixSocketFile.RemoveStale(_listen[UnixScheme.Length..]);
            }

            await _app.StartAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new ListenException(_key, _listen, exception);
        }

        var bound = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Address = _listen.StartsWith(UnixScheme, StringComparison.Ordinal) ? _listen : bound[(bound.IndexOf("://", StringComparison.Ordinal) + 3)..];
    }

    public Task StopAsync(TimeSpan patience)
    {
        var timeout = new CancellationTokenSource(patience);
        return _app.StopAsync(timeout.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // A handshake is a few hundred bytes and comes at once; who sends more or slowly is cut off before it costs anything.
    private static void Limit(KestrelServerLimits limits)
    {
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        limits.MaxRequestLineSize = 8_192;
        limits.MaxRequestHeadersTotalSize = 16_384;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestBodySize = 0;

        // What Kestrel holds for a slow receiver is out of the outbox's hands: neither conflated nor counted as waiting.
        limits.MaxResponseBufferSize = 32_768;
    }
}
