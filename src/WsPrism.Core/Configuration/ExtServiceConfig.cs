namespace WsPrism.Core.Configuration;

/// <summary>One entry of <c>services.ext</c>: a service that is not built in.</summary>
public sealed record ExtServiceConfig
{
    /// <summary>The <c>svc</c> that routes to it, <c>[a-z][a-z0-9_.-]{0,63}</c>; not a built-in one's.</summary>
    public required string Name { get; init; }

    /// <summary>What handles its messages.</summary>
    public required ExtServiceKind Kind { get; init; }

    /// <summary>Where each message is posted to, http or https; a webhook has one.</summary>
    public string? Url { get; init; }

    /// <summary>What requests are signed with, <c>whsec_</c> and base64 of 24 to 64 bytes; a webhook has one.</summary>
    public string? Secret { get; init; }

    /// <summary>The secret before, while receivers change: requests then carry both signatures.</summary>
    public string? PreviousSecret { get; init; }

    /// <summary>From a message's arrival to its answer, with all that lies between; 100 to 60,000 ms.</summary>
    public int TimeoutMs { get; init; } = 2_000;

    /// <summary>How often a request that cannot have been acted on is repeated; 0 to 10.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Requests at once; 1 to 10,000.</summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>Messages that may wait for their turn; 0 to 1,000,000.</summary>
    public int MaxQueue { get; init; } = 1_024;
}

/// <summary>Values of <c>services.ext[].kind</c>.</summary>
public enum ExtServiceKind
{
    /// <summary>Each message is a request to a URL.</summary>
    Webhook,

    /// <summary>Messages go to workers of the backend that connect in.</summary>
    Rpc,
}
