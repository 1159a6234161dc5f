using WsPrism.Core.Transport;

namespace WsPrism.Core.Sessions.Resume;

/// <summary>The wire of sessions that have none: it takes nothing and says so. Stateless; one for all.</summary>
internal sealed class DetachedConnection : ITransportConnection
{
    public static readonly DetachedConnection Instance = new();

    private DetachedConnection()
    {
    }

    public string TransportName => "none";

    public string RemoteAddress => string.Empty;

    public bool IsCongested => true;

    public bool Flush() => true;

    public void Commit()
    {
    }

    public void Retry()
    {
    }

    public void Serve(Session session)
    {
    }

    public void Abort()
    {
    }
}
