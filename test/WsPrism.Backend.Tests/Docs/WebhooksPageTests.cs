using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WsPrism.Backend.Tests.Support;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Answers;

namespace WsPrism.Backend.Tests.Docs;

/// <summary>What <c>docs/webhooks.md</c> shows is so.</summary>
public sealed partial class WebhooksPageTests
{
    private static readonly AnswerRules Rules = new("lobby"u8.ToArray(), 4_096, 4_096, 4_096);

    [Fact]
    public void Every_answer_on_the_page_is_one() => Assert.All(Lines("json answer"), line =>
        Assert.True(ServiceAnswer.TryRead(Encoding.UTF8.GetBytes(line), Rules, out _, out var problem), problem));

    [Fact]
    public void Every_answer_to_connect_on_the_page_is_one() => Assert.All(Lines("json connect"), line =>
        Assert.True(WsPrism.Backend.Events.ConnectAnswer.TryRead(Encoding.UTF8.GetBytes(line), out _, out var problem), problem));

    [Fact]
    public async Task A_request_has_the_fields_of_the_page_in_their_order()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"set_state":1}""");
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice");
        await hooked.AskAsync(alice, id: "1", room: "r");
        await hooked.AskAsync(alice, "1", id: "2", room: "r");

        Assert.Equal(Fields(Lines("json webhook").Single()), Fields(backend.Hooks[1].Text));
    }

    [Fact]
    public async Task The_backend_of_the_page_knows_the_gateway_and_nobody_else()
    {
        Assert.SkipUnless(HasNode(), "This machine has no Node.js.");
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.mjs");
        await File.WriteAllTextAsync(file, Block("js"), TestContext.Current.CancellationToken);
        using var node = Process.Start(new ProcessStartInfo("node", file)
        {
            RedirectStandardOutput = true,
            Environment = { ["PORT"] = "0", ["HOOK_SECRET"] = $"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd {Hooked.Secret}" },
        })!;
        try
        {
            var line = await node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Long);
            var url = $"http://127.0.0.1:{line!.Split(' ')[^1]}/";
            using var hooked = Hooked.Start(url);

            var ack = await hooked.AskAsync(hooked.Connect("alice"));
            Assert.Equal("""{"hello":"alice"}""", ack.Data.GetRawText());

            using var http = new HttpClient();
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            Assert.Equal((HttpStatusCode.OK, """{"reply":{"hello":"a"}}"""), await PostAsync(http, url, "msg_1", now, "a", Hooked.Secret));

            // Replayed, with another body even: answered as before, and not acted on.
            Assert.Equal((HttpStatusCode.OK, """{"reply":{"hello":"a"}}"""), await PostAsync(http, url, "msg_1", now, "b", Hooked.Secret));
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(http, url, "msg_2", now - 400, "a", Hooked.Secret)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(http, url, "msg_3", now, "a", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync(new Uri(url), new StringContent("{}"), TestContext.Current.CancellationToken)).StatusCode);
        }
        finally
        {
            node.Kill();
            File.Delete(file);
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(HttpClient http, string url, string id, long time, string user, string secret)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"user":"{{user}}"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Headers.Add("Webhook-Id", id);
        request.Headers.Add("Webhook-Timestamp", time.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Webhook-Signature", new WebhookSigner(secret).Sign(id, time, body));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static bool HasNode()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true });

            return node!.StandardOutput.ReadToEnd().StartsWith('v');
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string[] Fields(string json) => [.. JsonDocument.Parse(json).RootElement.EnumerateObject().Select(field => field.Name)];

    private static IEnumerable<string> Lines(string info) => Block(info).Split('\n').Where(line => line.Length > 0);

    private static string Block(string info) => Fenced().Matches(File.ReadAllText(PageFile())).Single(match => match.Groups[1].Value == info).Groups[2].Value;

    private static string PageFile([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "webhooks.md");

    [GeneratedRegex(@"^```([^\n]*)\n(.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
