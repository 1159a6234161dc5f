using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A backend of the tenant's own: an HTTP server on a port of the system's choice, which does what a test wants.</summary>
internal sealed class BackendStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private BackendStub(Func<HttpContext, Task> handle)
    {
        Handle = handle;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(http =>
        {
            Interlocked.Increment(ref _requests);
            return Handle(http);
        });
    }

    public Func<HttpContext, Task> Handle { get; set; }

    public int Requests => Volatile.Read(ref _requests);

    public string Url { get; private set; } = string.Empty;

    public static async Task<BackendStub> StartAsync(Func<HttpContext, Task> handle)
    {
        var stub = new BackendStub(handle);
        await stub._app.StartAsync();
        stub.Url = stub._app.Urls.Single();
        return stub;
    }

    /// <summary>Answers with a text of JSON.</summary>
    public static Task AnswerAsync(HttpContext http, string json, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }
}
