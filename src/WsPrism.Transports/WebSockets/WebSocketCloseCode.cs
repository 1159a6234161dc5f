namespace WsPrism.Transports.WebSockets;

/// <summary>RFC 6455 section 7.4, as far as the framing itself needs it.</summary>
internal static class WebSocketCloseCode
{
    public const ushort ProtocolError = 1002;
    public const ushort NoStatus = 1005;
    public const ushort InvalidPayload = 1007;
    public const ushort MessageTooBig = 1009;

    /// <summary>
    /// True for the codes an endpoint may put on the wire: those of the RFC and its IANA registry up to 1014 without the three that only
    /// describe a local observation, and the ranges for libraries (3000) and applications (4000).
    /// </summary>
    public static bool MayBeSent(ushort code)
    {
        return code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
    }
}
