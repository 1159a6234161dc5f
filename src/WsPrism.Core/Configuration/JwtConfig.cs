namespace WsPrism.Core.Configuration;

/// <summary>The <c>auth.jwt</c> section of a tenant: tickets that the tenant's own backend signs.</summary>
public sealed record JwtConfig
{
    /// <summary>Keys that tickets may be signed with, at most 32; several at once for rotation.</summary>
    public IReadOnlyList<JwtKeyConfig> Keys { get; init; } = [];

    /// <summary>Where the issuer publishes its keys as a JWK Set (RFC 7517); empty for nowhere. There are keys, or this, or both.</summary>
    public string JwksUrl { get; init; } = string.Empty;

    /// <summary>How often the published keys are read again; 10,000 to 86,400,000 ms.</summary>
    public int JwksRefreshMs { get; init; } = 300_000;

    /// <summary>Longest life of a ticket, from <c>iat</c> to <c>exp</c>; 0 asks for nothing, at most 2,147,483,647 ms.</summary>
    public int MaxTtlMs { get; init; }

    /// <summary>What <c>iss</c> must be; empty asks for nothing.</summary>
    public string Issuer { get; init; } = string.Empty;

    /// <summary>What <c>aud</c> must be or hold; empty asks for nothing.</summary>
    public string Audience { get; init; } = string.Empty;

    /// <summary>The claim that names the user.</summary>
    public string UserClaim { get; init; } = "sub";

    /// <summary>How far the clocks of issuer and gateway may differ; 0 to 600,000 ms.</summary>
    public int ClockSkewMs { get; init; } = 30_000;
}

/// <summary>One entry of <c>auth.jwt.keys</c>.</summary>
public sealed record JwtKeyConfig
{
    /// <summary>Name of the key, as the <c>kid</c> of a ticket's header has it; unique in the list.</summary>
    public required string Kid { get; init; }

    /// <summary>The one algorithm that the key is for.</summary>
    public JwtAlgorithm Alg { get; init; }

    /// <summary>The shared secret of HS256, HS384 and HS512: at least as many bytes of UTF-8 as the hash has.</summary>
    public string? Secret { get; init; }

    /// <summary>The issuer's public key for RS256, PS256 and ES256.</summary>
    public PemFile? PublicKeyFile { get; init; }

    /// <summary>Names the key; the secret is in no text that somebody might log.</summary>
    public override string ToString() => $"{Kid} ({Alg})";
}

/// <summary>A file in PEM: where it is, and what was in it when the configuration was read.</summary>
public sealed record PemFile(string Path, string Text);

/// <summary>Values of <c>auth.jwt.keys[].alg</c> (RFC 7518 §3.1), by their names in a ticket's header.</summary>
public enum JwtAlgorithm
{
    /// <summary>HMAC with SHA-256.</summary>
    HS256,

    /// <summary>HMAC with SHA-384.</summary>
    HS384,

    /// <summary>HMAC with SHA-512.</summary>
    HS512,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    RS256,

    /// <summary>RSASSA-PSS with SHA-256.</summary>
    PS256,

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    ES256,
}
