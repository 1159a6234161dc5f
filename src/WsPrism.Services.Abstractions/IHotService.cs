using WsPrism.Protocol.Hot;

namespace WsPrism.Services;

/// <summary>
/// Handles the Hot frames of one <c>svc_id</c>. One instance serves all sessions of a tenant, from several shards at once. A call runs on the
/// shard's thread, must not block and should not allocate.
/// </summary>
public interface IHotService
{
    /// <summary>
    /// The name by which <c>services.hot</c> gives this behaviour its <c>svc_id</c>, for example <c>game</c>. A plugin leaves it out: it is called what the
    /// configuration says.
    /// </summary>
    string Name => string.Empty;

    /// <summary>Handles one frame. An exception becomes one <c>INTERNAL</c> for the sender.</summary>
    void OnFrame(in HotFrame frame, IHotContext context);
}
