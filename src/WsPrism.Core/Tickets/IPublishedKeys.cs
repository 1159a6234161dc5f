namespace WsPrism.Core.Tickets;

/// <summary>The keys that an issuer publishes (<c>auth.jwt.jwks_url</c>), as they were read last. Safe for all threads.</summary>
internal interface IPublishedKeys
{
    /// <summary>The keys in force; null until they could be read for the first time.</summary>
    JwsKey[]? Current { get; }

    /// <summary>True where asking the issuer again may bring a key that is not among <see cref="Current"/>: it is being asked, or was not of late.</summary>
    bool MayHaveMore { get; }

    /// <summary>How the issuer has answered so far.</summary>
    PublishedKeysStatus Status { get; }

    /// <summary>Asks the issuer, one question for all who wait, and completes when it is answered or not to be had. Does not throw but for the cancellation.</summary>
    Task AskAsync(CancellationToken cancellation);
}

/// <summary>How often keys were read and could not be, and how long ago they were read last; null for never.</summary>
internal readonly record struct PublishedKeysStatus(long Reads, long Failures, TimeSpan? Age);
