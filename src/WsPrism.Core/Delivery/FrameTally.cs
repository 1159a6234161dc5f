namespace WsPrism.Core.Delivery;

/// <summary>
/// Counts the frames that are out: in Debug builds each frame that is rented in a flow of control with a tally counts there until its last reference is given back.
/// The leak check of the tests; any thread.
/// </summary>
internal sealed class FrameTally
{
    private static readonly AsyncLocal<FrameTally?> Flow = new();

    private int _held;

    private FrameTally()
    {
    }

    /// <summary>The tally of this flow of control, if it has one.</summary>
    public static FrameTally? Current => Flow.Value;

    /// <summary>Frames rented and not given back.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Starts a tally for this flow of control and those that it starts.</summary>
    public static FrameTally Begin() => Flow.Value = new FrameTally();

    public void Add(int count) => Interlocked.Add(ref _held, count);
}
