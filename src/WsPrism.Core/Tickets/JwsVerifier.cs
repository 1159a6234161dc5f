using System.Buffers;
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

    private static readonly SearchValues<char> Characters = SearchValues.Create(".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly JwsKey[] _keys;
    private readonly IPublishedKeys? _published;

    /// <param name="keys">Keys that are always there; they come before published ones of the same name.</param>
    /// <param name="published">Keys that come and go; null for none.</param>
    public JwsVerifier(IEnumerable<JwsKey> keys, IPublishedKeys? published = null)
    {
        _keys = [.. keys];
        _published = published;
    }

    /// <summary>True for what has the shape of three parts of base64url, whatever is in them.</summary>
    public static bool LooksLikeOne(string token) => token.Count('.') == 2 && token.AsSpan().IndexOfAnyExcept(Characters) < 0;

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

        if (AlgorithmOf(alg) is not { } algorithm)
        {
            return TicketFailure.Algorithm;
        }

        return FindKey(kid, algorithm, out key);
    }

    // Without a kid the algorithm may choose, but only where there is no choice: trying one key after the other would let a token be tested against all.
    private TicketFailure FindKey(string? kid, JwtAlgorithm algorithm, out JwsKey? key)
    {
        var published = _published is null ? [] : _published.Current;
        var count = Find(_keys, kid, algorithm, out key);
        if (published is not null && (count == 0 || kid is null))
        {
            count += Find(published, kid, algorithm, out var other);
            key ??= other;
        }

        if (count != 1)
        {
            // A key that nobody has said anything of is another matter than one that is not there.
            key = null;
            return published is null ? TicketFailure.Unavailable : TicketFailure.UnknownKey;
        }

        return key!.Algorithm == algorithm ? TicketFailure.None : TicketFailure.Algorithm;
    }

    private static int Find(JwsKey[] keys, string? kid, JwtAlgorithm algorithm, out JwsKey? found)
    {
        found = null;
        var count = 0;
        foreach (var key in keys)
        {
            if (kid is null ? key.Algorithm == algorithm : kid.Length > 0 && key.Kid == kid)
            {
                found ??= key;
                count++;
            }
        }

        return count;
    }

    private static JwtAlgorithm? AlgorithmOf(string name) => name switch
    {
        nameof(JwtAlgorithm.HS256) => JwtAlgorithm.HS256,
        nameof(JwtAlgorithm.HS384) => JwtAlgorithm.HS384,
        nameof(JwtAlgorithm.HS512) => JwtAlgorithm.HS512,
        nameof(JwtAlgorithm.RS256) => JwtAlgorithm.RS256,
        nameof(JwtAlgorithm.PS256) => JwtAlgorithm.PS256,
        nameof(JwtAlgorithm.ES256) => JwtAlgorithm.ES256,
        _ => null,
    };
}
