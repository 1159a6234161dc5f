using System.Text;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Fuzz.Targets;

/// <summary>Reads the header values of an upgrade, each of them as the input.</summary>
internal sealed class HandshakeTarget : IFuzzTarget
{
    public string Name => "handshake";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=10; client_no_context_takeover, permessage-deflate",
            "permessage-deflate;server_max_window_bits=\"15\"; server_no_context_takeover",
            "wsprism.v1, ticket.abc-1_2",
            "keep-alive, Upgrade",
            "websocket",
            "dGhlIHNhbXBsZSBub25jZQ=="
        }.Select(Encoding.Latin1.GetBytes)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            ",", ";", "=", "\"", "\\", "\\\"", " ", "\t", "permessage-deflate", "server_max_window_bits", "client_max_window_bits", "server_no_context_takeover",
            "client_no_context_takeover", "=8", "=15", "=\"9\"", "ticket.", "wsprism.v1", "upgrade", "websocket"
        }.Select(Encoding.Latin1.GetBytes)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // Header values reach us as Latin-1.
        var text = Encoding.Latin1.GetString(input);

        var agreed = PerMessageDeflateNegotiator.TryNegotiate(text, out var answer);
        BrokenInvariantException.ThrowIfNot(
            agreed == answer.StartsWith("permessage-deflate; server_no_context_takeover; client_no_context_takeover", StringComparison.Ordinal),
            "what is agreed is answered, always without context takeover");
        if (agreed)
        {
            BrokenInvariantException.ThrowIfNot(text.Contains("permessage-deflate", StringComparison.OrdinalIgnoreCase), "only what was offered is agreed");
            BrokenInvariantException.ThrowIfNot(PerMessageDeflateNegotiator.TryNegotiate(answer, out var again) && again == answer, "our answer agrees with itself");
        }

        var protocols = SubProtocols.Parse(text);
        BrokenInvariantException.ThrowIfNot(
            protocols.IsWellFormed || (protocols.Ticket is null && !protocols.OffersWsPrism), "of a broken list nothing is believed");
        BrokenInvariantException.ThrowIfNot(
            protocols.Ticket is null || (protocols.Ticket.Length > 0 && !protocols.Ticket.AsSpan().ContainsAnyExceptInRange('!', '~')), "a ticket is a token");

        var isKey = WebSocketHandshake.TryComputeAccept(text, out var accept);
        BrokenInvariantException.ThrowIfNot(isKey == (accept.Length == 28), "a key is answered with twenty bytes in base64");
        BrokenInvariantException.ThrowIfNot(
            WebSocketHandshake.IsValidUpgrade("GET", "Upgrade", "websocket", WebSocketHandshake.Version, text) == isKey, "an upgrade needs such a key");
        WebSocketHandshake.IsValidUpgrade(text, text, text, text, text);
    }
}
