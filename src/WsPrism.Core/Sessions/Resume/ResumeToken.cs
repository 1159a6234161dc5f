using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using WsPrism.Core.Tickets;

namespace WsPrism.Core.Sessions.Resume;

/// <summary>
/// Tokens of sessions: 128 random bits, shown to the client as 22 characters of base64url. The gateway finds sessions by a hash alone, and keeps no more of a token that the client has: how long a look-up
/// takes says nothing about tokens that exist.
/// </summary>
internal static class ResumeToken
{
    private const int Bytes = 16;
    private const int Characters = 22;

    /// <summary>A new token, and what to keep of it.</summary>
    public static string Create(out UInt128 hash)
    {
        Span<byte> token = stackalloc byte[Bytes];
        RandomBytes.Fill(token);
        hash = Hash(token);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The hash of what a client has shown; false where it is no token.</summary>
    public static bool TryRead(string text, out UInt128 hash)
    {
        hash = default;
        if (text.Length != Characters || StrictBase64Url.Decode(text) is not { Length: Bytes } token)
        {
            return false;
        }

        hash = Hash(token);
        return true;
    }

    private static UInt128 Hash(ReadOnlySpan<byte> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
