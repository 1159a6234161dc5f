using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions.Resume;

/// <summary>A gateway whose sessions survive a lost connection, and what tests of that look at.</summary>
internal static class Resumable
{
    public const int WindowMs = 30_000;

    public static TestGateway Gateway(
        int shards = 1, Func<TenantConfig, TenantConfig>? tenant = null, int bufferBytes = 262_144, int totalBytes = 268_435_456, int windowMs = WindowMs, int? seed = null) => new(
        shards,
        config => (tenant ?? (same => same))(config with
        {
            Resume = new ResumeConfig { WindowMs = windowMs, BufferBytes = bufferBytes, TotalBytes = totalBytes },
        }),
        seed: seed);

    /// <summary>Says something to a room; the text is what <see cref="Heard"/> answers.</summary>
    public static TestClient Say(this TestClient client, string text, string room = "lobby") => client.Send("chat", "send", $"{{\"msg\":\"{text}\"}}", room);

    /// <summary>What was said to this client on this connection, in order.</summary>
    public static string Heard(this TestClient client) => string.Join(' ', client.Envelopes.Where(envelope => envelope.Name == "chat.msg").Select(envelope => envelope.String("msg")));

    /// <summary>The names of the first envelopes of the connection.</summary>
    public static string Begins(this TestClient client, int count) => string.Join(' ', client.Envelopes.Take(count).Select(envelope => envelope.Name));

    /// <summary>Why the client got a new session; null where it got the one that it wanted.</summary>
    public static string? ResumeFailed(this TestClient client) =>
        client.Greeting.Data.TryGetProperty("resume_failed", out var reason) ? reason.GetString() : null;

    public static void AssertResumed(TestClient former, TestClient client, int replayed)
    {
        Assert.Equal("sys.resumed", client.Greeting.Name);
        Assert.Equal(former.Session.SessionId, client.Greeting.String("session"));
        Assert.Equal(replayed, client.Greeting.Number("replayed"));
        Assert.Same(former.Session, client.Session);
    }

    /// <summary>Bytes of one envelope that <see cref="Say"/> makes the gateway send.</summary>
    public static int LengthOf(TestClient client) => client.Received.Last(frame => frame.Kind == FrameKind.Text).Bytes.Length;
}
