using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>
/// A key that verifies signatures of one algorithm and no other: a ticket can choose among keys, never what is done with one (RFC 8725 §3.1). Immutable, safe
/// for all threads.
/// </summary>
internal abstract class JwsKey
{
    protected JwsKey(string kid, JwtAlgorithm algorithm)
    {
        Kid = kid;
        Algorithm = algorithm;
    }

    public string Kid { get; }

    public JwtAlgorithm Algorithm { get; }

    /// <summary>True where the key made <paramref name="signature"/> for <paramref name="signed"/>.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);
}
