using System.Text;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// What a TCP client says first, PROTOCOL §9.
/// <code>
/// WSPRISM/1 tenant=&lt;id&gt; ticket=&lt;ticket&gt;[ key=value …]\n      printable ASCII, one space between words, 4,096 bytes with the newline at most
/// </code>
/// <c>resume=&lt;token&gt; position=&lt;n&gt;</c> ask for a session that has lost its connection. Other keys are let pass, as unknown query parameters are: what comes
/// later must not shut old gateways.
/// </summary>
internal static class HandshakeLine
{
    /// <summary>The longest line, its newline included.</summary>
    public const int MaxLength = 4_096;

    private const byte NewLine = (byte)'\n';

    private static ReadOnlySpan<byte> Begin => "WSPRISM/1 "u8;

    /// <summary>
    /// Reads the line at the beginning of <paramref name="bytes"/>: true as soon as it is decided. Then <paramref name="credentials"/> are null where it is
    /// wrong, and else it is <paramref name="length"/> bytes long.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int length, out Credentials? credentials)
    {
        (length, credentials) = (0, null);
        var common = Math.Min(bytes.Length, Begin.Length);
        if (!bytes[..common].SequenceEqual(Begin[..common]))
        {
            // Somebody who speaks another protocol need not be listened to until its newline, if it has any.
            return true;
        }

        var end = bytes[..Math.Min(bytes.Length, MaxLength)].IndexOf(NewLine);
        if (end < 0)
        {
            return bytes.Length >= MaxLength;
        }

        if (TryReadWords(bytes[Begin.Length..end], out var read))
        {
            (length, credentials) = (end + 1, read);
        }

        return true;
    }

    private static bool TryReadWords(ReadOnlySpan<byte> line, out Credentials credentials)
    {
        credentials = default;
        var (tenant, ticket, resume, position) = ((string?)null, (string?)null, (string?)null, (string?)null);
        foreach (var range in line.Split((byte)' '))
        {
            var word = line[range];
            var equals = word.IndexOf((byte)'=');
            if (equals <= 0 || word.ContainsAnyExceptInRange((byte)'!', (byte)'~')
                || !TrySet(word[..equals], "tenant"u8, ref tenant, word[(equals + 1)..]) || !TrySet(word[..equals], "ticket"u8, ref ticket, word[(equals + 1)..])
                || !TrySet(word[..equals], "resume"u8, ref resume, word[(equals + 1)..]) || !TrySet(word[..equals], "position"u8, ref position, word[(equals + 1)..]))
            {
                return false;
            }
        }

        return tenant is not null && ticket is not null && Credentials.TryCreate(tenant, ticket, resume, position, out credentials);
    }

    // False where the key is this one and has come before.
    private static bool TrySet(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name, ref string? text, ReadOnlySpan<byte> value)
    {
        if (!key.SequenceEqual(name))
        {
            return true;
        }

        var isFirst = text is null;
        text = Encoding.ASCII.GetString(value);
        return isFirst;
    }
}
