using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace WsPrism.Configuration;

/// <summary>IP addresses and networks as people write them; the framework's parser also takes "1", "0x7f.1" and "010.0.0.1".</summary>
internal static class IpText
{
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (text.Any(c => !char.IsAsciiHexDigit(c) && c is not ('.' or ':')) || !IPAddress.TryParse(text, out address))
        {
            address = null;
            return false;
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text;
    }

    /// <summary>An address, or a network whose host bits are zero.</summary>
    public static bool IsNetwork(string text) => TrySplit(text, out var address, out var bits) && Masked(address, bits).Equals(address);

    /// <summary>The network that an address with host bits is in.</summary>
    public static string NetworkHint(string text) =>
        TrySplit(text, out var address, out var bits) ? $" (bits are set beyond the prefix), did you mean \"{Masked(address, bits)}/{bits}\"?" : "";

    private static bool TrySplit(string text, [NotNullWhen(true)] out IPAddress? address, out int bits)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        bits = 0;
        if (!TryParse(slash < 0 ? text : text[..slash], out address))
            return false;
        var length = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        bits = length;
        return slash < 0 || new Description.IntSpec(0, length).TryParse(text[(slash + 1)..], out bits);
    }

    private static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (8 * i), 0, 8));
        return new(bytes);
    }
}
