using System.Text;
using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Verifies JWS in compact serialization (RFC 7515 §7.1), strictly. Immutable, safe for all threads; nothing is thrown for what a token holds.
/// <code>
/// base64url(header) . base64url(payload) . base64url(signature)      header: {"alg", "kid"?, …}
/// </code>
/// Only <c>alg</c>, <c>kid</c> and <c>crit</c> are looked at. Keys and addresses that a header brings along (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>)
/// mean nothing. The payload is not looked into before its signature is good.
/// </summary>
internal sealed class JwsVerifier
{
    /// <summary>The longest token in characters: what fits a query, a header and the line of the TCP transport.</summary>
    public const int MaxLength = 4_096;

    private readonly JwsKey[] _keys;

    public JwsVerifier(IEnumerable<JwsKey> keys) => _keys = [.. keys];

    /// <summary>Answers <see cref="TicketFailure.None"/> and the payload, or why not.</summary>
    public TicketFailure Verify(string token, out byte[] payload)
    {
        payload = [];
        if (!TrySplit(token, out var header, out var body, out var signature))
        {
            return TicketFailure.Malformed;
        }

        var failure = FindKey(header, out var key);
        if (failure != TicketFailure.None)
        {
            return failure;
        }

        // All characters before the last dot are of base64url's alphabet or dots.
        var signed = Encoding.ASCII.GetBytes(token, 0, token.LastIndexOf('.'));
        if (!key!.Verify(signed, signature))
        {
            return TicketFailure.Signature;
        }

        payload = body;
        return TicketFailure.None;
    }

    private static bool TrySplit(string token, out byte[] header, out byte[] body, out byte[] signature)
    {
        header = body = signature = [];
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');

        // A third dot is in the middle part then, and no character of base64url.
        if (token.Length > MaxLength || first < 0 || first == last
            || StrictBase64Url.Decode(token.AsSpan(0, first)) is not { } one
            || StrictBase64Url.Decode(token.AsSpan((first + 1)..last)) is not { } two
            || StrictBase64Url.Decode(token.AsSpan(last + 1)) is not { } three)
        {
            return false;
        }

        (header, body, signature) = (one, two, three);
        return true;
    }

    private TicketFailure FindKey(byte[] header, out JwsKey? key)
    {
        key = null;
        if (JsonMembers.Parse(header) is not { } members || !members.TryText("alg", out var alg) || alg is null || !members.TryText("kid", out var kid))
        {
            return TicketFailure.Malformed;
        }

        if (members.Has("crit"))
        {
            return TicketFailure.Critical;
        }

        if (!Enum.GetNames<JwtAlgorithm>().Contains(alg, StringComparer.Ordinal))
        {
            return TicketFailure.Algorithm;
        }

        // Without a kid the algorithm may choose, but only where there is no choice: trying one key after the other would let a token be tested against all.
        var candidates = Array.FindAll(_keys, candidate => kid is null ? candidate.Algorithm.ToString() == alg : candidate.Kid == kid);
        if (candidates.Length != 1)
        {
            return TicketFailure.UnknownKey;
        }

        key = candidates[0];
        return key.Algorithm.ToString() == alg ? TicketFailure.None : TicketFailure.Algorithm;
    }
}
