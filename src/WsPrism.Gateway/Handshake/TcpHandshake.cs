using System.Net;
using WsPrism.Transports.EventLoops;
using WsPrism.Transports.Tcp;

namespace WsPrism.Gateway.Handshake;

/// <summary>The handshake of one TCP client: a PROXY header where its peer is a trusted proxy, then the line. Used by one thread at a time.</summary>
internal sealed class TcpHandshake : ITcpHandshake, IApplicant
{
    private readonly TcpHandshakes _owner;
    private readonly bool _awaitsProxyHeader;
    private Credentials? _credentials;
    private HandshakeVerdict? _verdict;
    private Task<HandshakeVerdict>? _deciding;
    private CancellationTokenSource? _gone;

    public TcpHandshake(TcpHandshakes owner, IPAddress peer, bool awaitsProxyHeader)
    {
        _owner = owner;
        _awaitsProxyHeader = awaitsProxyHeader;
        Address = peer;
    }

    public int MaxLength => HandshakeLine.MaxLength + (_awaitsProxyHeader ? ProxyProtocol.MaxLength : 0);

    public ReadOnlyMemory<byte> Refusal { get; private set; }

    public string Transport => "tcp";

    public IPAddress Address { get; private set; }

    // There is no page on this transport.
    public string Origin => string.Empty;

    public bool WantsSeat => true;

    public CancellationToken Gone => (_gone ??= new CancellationTokenSource()).Token;

    public TcpHandshakeStatus Read(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        var header = 0;
        if (_awaitsProxyHeader)
        {
            var status = ProxyProtocol.Parse(bytes, out header, out var source);
            if (status == ProxyProtocolStatus.NeedMore)
            {
                return TcpHandshakeStatus.NeedMore;
            }

            if (status == ProxyProtocolStatus.Invalid)
            {
                // Nothing is said: whose connection it is cannot be known.
                ProxyProtocolLog.Invalid(_owner.Logger, Address);
                return TcpHandshakeStatus.Refused;
            }

            Address = source is null ? Address : TrustedProxies.AddressOf(source);
        }

        if (!HandshakeLine.TryRead(bytes[header..], out length, out _credentials))
        {
            return TcpHandshakeStatus.NeedMore;
        }

        length += header;
        var decision = _owner.Admission.DecideAsync(this);
        if (!decision.IsCompletedSuccessfully)
        {
            _deciding = decision.AsTask();
            return TcpHandshakeStatus.Deciding;
        }

#pragma warning disable VSTHRD002 // It is there.
        return Conclude(decision.Result);
#pragma warning restore VSTHRD002
    }

    public async Task<TcpHandshakeStatus> DecidedAsync() => Conclude(await _deciding!);

    // Not on the caller's thread: whoever waits for this token has work to do then.
    public void Abandon() => _ = _gone?.CancelAsync();

    public bool TryReadCredentials(out Credentials credentials)
    {
        credentials = _credentials.GetValueOrDefault();
        return _credentials.HasValue;
    }

    public void TimeOut() => Refusal = TcpRefusal.ToFrame(_owner.Admission.Refuse(Transport, HandshakeAnswer.TooSlow));

    public void Begin(LoopSocket socket) => _owner.Opener.Open(socket, _verdict!, CreateFraming(), Address.ToString());

    /// <summary>Runs the session of an admitted client on a stream, to its end.</summary>
    public Task RunAsync(Stream stream, Action abort) => _owner.Opener.RunAsync(stream, _verdict!, CreateFraming(), Address.ToString(), abort);

    public void GiveUp() => _verdict!.GiveUp();

    private TcpHandshakeStatus Conclude(HandshakeVerdict verdict)
    {
        _verdict = verdict;
        if (verdict.IsAdmitted)
        {
            return TcpHandshakeStatus.Admitted;
        }

        if (verdict.Answer != HandshakeAnswer.Gone)
        {
            Refusal = TcpRefusal.ToFrame(verdict);
        }

        return TcpHandshakeStatus.Refused;
    }

    private TcpFraming CreateFraming() => new(_verdict!.Tenant!.Snapshot.Config.Limits.MaxFrameBytes);
}
