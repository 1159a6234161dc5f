#if DEBUG
using WsPrism.Core.Delivery;

namespace WsPrism.Core.Tests.Delivery;

/// <summary>The leak check of the in-memory tests can fail; Debug builds alone have it.</summary>
public sealed class FrameTallyTests
{
    [Fact]
    public void A_frame_counts_until_its_last_reference_is_given_back()
    {
        var tally = FrameTally.Begin();
        var frame = OutboundFrame.Rent(FrameKind.Text, DeliveryClass.Ext, 10);
        frame.AddReferences();

        frame.Release();
        Assert.Equal(1, tally.Held);
        frame.Release();
        Assert.Equal(0, tally.Held);
    }
}
#endif
