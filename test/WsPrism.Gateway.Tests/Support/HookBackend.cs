using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A backend that gets webhooks, keeps their bodies and answers as the test says.</summary>
internal sealed class HookBackend : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<JsonElement> _bodies = new();

    private HookBackend(Func<JsonElement, (int Status, string Body)> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async http =>
        {
            var body = (await JsonDocument.ParseAsync(http.Request.Body)).RootElement;
            _bodies.Enqueue(body);
            (http.Response.StatusCode, var text) = answer(body);
            if (text.Length > 0)
            {
                await http.Response.WriteAsync(text);
            }
        });
    }

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/";

    public IEnumerable<JsonElement> Messages => _bodies.Where(body => !body.TryGetProperty("event", out _));

    public IEnumerable<JsonElement> Events => _bodies.Where(body => body.TryGetProperty("event", out _));

    public static async Task<HookBackend> StartAsync(Func<JsonElement, (int Status, string Body)> answer)
    {
        var backend = new HookBackend(answer);
        await backend._app.StartAsync();
        return backend;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
