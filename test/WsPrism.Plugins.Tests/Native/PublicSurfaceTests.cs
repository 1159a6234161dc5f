using WsPrism.Protocol.Tests;
using WsPrism.Services;

namespace WsPrism.Plugins.Tests.Native;

/// <summary>What services are built against is a promise to other people's plugins: a change to it has to show in PublicSurface.txt.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Public_surface_is_the_one_on_record() => PublicSurface.IsTheOneOnRecord(typeof(IExtService).Assembly);
}
