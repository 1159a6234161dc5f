namespace WsPrism.Core.Configuration;

/// <summary>The <c>services.events</c> section: what happens in the tenant, posted to the backend.</summary>
public sealed record EventsConfig
{
    /// <summary>Where events are posted to, http or https.</summary>
    public required string Url { get; init; }

    /// <summary>What requests are signed with, <c>whsec_</c> and base64 of 24 to 64 bytes.</summary>
    public required string Secret { get; init; }

    /// <summary>The secret before, while receivers change: requests then carry both signatures.</summary>
    public string? PreviousSecret { get; init; }

    /// <summary>How long one request may take; 100 to 60,000 ms.</summary>
    public int TimeoutMs { get; init; } = 5_000;

    /// <summary>How often an event that was not taken is sent again; 0 to 20.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>Requests at once; 1 to 10,000.</summary>
    public int MaxInFlight { get; init; } = 16;

    /// <summary>Events that may wait; newer ones are dropped and counted. 1 to 1,000,000.</summary>
    public int MaxQueue { get; init; } = 10_000;

    /// <summary>A session ended.</summary>
    public bool Disconnect { get; init; } = true;

    /// <summary>A session came into a room.</summary>
    public bool RoomJoined { get; init; }

    /// <summary>A session left a room.</summary>
    public bool RoomLeft { get; init; }

    /// <summary>A room has its first member.</summary>
    public bool RoomOccupied { get; init; }

    /// <summary>A room's last member has left.</summary>
    public bool RoomVacated { get; init; }
}
