using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>Who wants in, by whatever transport. <see cref="Admission"/> asks in the order of its checks, and no further than it has to.</summary>
internal interface IApplicant
{
    /// <summary>Name of the transport, for metrics.</summary>
    string Transport { get; }

    /// <summary>The client's own address.</summary>
    IPAddress Address { get; }

    /// <summary>The page that it runs on; empty where there is none.</summary>
    string Origin { get; }

    /// <summary>False for one that only asks whether it would be let in: it takes no seat.</summary>
    bool WantsSeat { get; }

    /// <summary>Cancelled when the client has gone. Asked for only where it has to wait.</summary>
    CancellationToken Gone { get; }

    /// <summary>False where tenant or ticket is absent, not well-formed or given twice.</summary>
    bool TryReadCredentials(out Credentials credentials);
}
