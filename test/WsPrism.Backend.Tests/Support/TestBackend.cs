using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WsPrism.Backend.Tests.Support;

/// <summary>A real HTTP server that keeps what it gets and answers as the test says.</summary>
internal sealed class TestBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Hook> _hooks = new();
    private int _atOnce;
    private int _mostAtOnce;

    private TestBackend(Func<Hook, HttpContext, Task> handle)
    {
        Handle = handle;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(RunAsync);
    }

    public Func<Hook, HttpContext, Task> Handle { get; set; }

    public string Url { get; private set; } = "";

    public IReadOnlyList<Hook> Hooks => [.. _hooks];

    /// <summary>The most requests that were being handled at the same time.</summary>
    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    public static async Task<TestBackend> StartAsync(Func<Hook, HttpContext, Task> handle)
    {
        var backend = new TestBackend(handle);
        await backend._app.StartAsync();
        backend.Url = backend._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/hook";
        return backend;
    }

    /// <summary>Answers everything with this body.</summary>
    public static Task<TestBackend> AnsweringAsync(string body, int status = 200) => StartAsync((_, http) => AnswerAsync(http, body, status));

    public static async Task AnswerAsync(HttpContext http, string body, int status = 200)
    {
        http.Response.StatusCode = status;
        if (body.Length > 0)
        {
            await http.Response.WriteAsync(body);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever is still asking is cut off.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task RunAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var text = await reader.ReadToEndAsync();
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        headers[":method"] = http.Request.Method;
        headers[":path"] = http.Request.Path;
        var hook = new Hook(headers, text);
        _hooks.Enqueue(hook);
        var atOnce = Interlocked.Increment(ref _atOnce);
        for (var most = MostAtOnce; atOnce > most && Interlocked.CompareExchange(ref _mostAtOnce, atOnce, most) != most; most = MostAtOnce)
        {
        }

        try
        {
            await Handle(hook, http);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }
}
