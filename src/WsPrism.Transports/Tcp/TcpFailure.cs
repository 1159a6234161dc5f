namespace WsPrism.Transports.Tcp;

/// <summary>Why the framing of a client is broken: the close code and its reason.</summary>
internal sealed record TcpFailure(ushort CloseCode, string Reason)
{
    public static readonly TcpFailure TooBig = new(Protocol.CloseCode.MessageTooBig, "message longer than allowed");
    public static readonly TcpFailure NotUtf8 = new(Protocol.CloseCode.InvalidUtf8, "text not UTF-8");
    public static readonly TcpFailure UnknownKind = new(Protocol.CloseCode.ProtocolError, "frame of no known kind");
    public static readonly TcpFailure ControlTooLong = new(Protocol.CloseCode.ProtocolError, "control frame longer than 125 bytes");
    public static readonly TcpFailure CloseCodeCut = new(Protocol.CloseCode.ProtocolError, "close code cut short");
    public static readonly TcpFailure CloseCodeInvalid = new(Protocol.CloseCode.ProtocolError, "close code that must not be sent");
    public static readonly TcpFailure CloseReasonNotUtf8 = new(Protocol.CloseCode.InvalidUtf8, "close reason not UTF-8");
}
