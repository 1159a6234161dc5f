namespace WsPrism.Core.Delivery;

/// <summary>
/// Pool of <see cref="OutboundFrame"/>s. Each thread has a small stack; full and empty stacks are exchanged whole with a shared shelf, because one
/// shard often rents what another releases. The lock is taken once per exchange, not per frame.
/// </summary>
internal static class OutboundFramePool
{
    private const int StackSize = 128;
    private const int ShelfSize = 512;

    private static readonly Lock Gate = new();
    private static readonly Stack<OutboundFrame[]> Full = new(ShelfSize);
    private static readonly Stack<OutboundFrame[]> Empty = new(ShelfSize);

    [ThreadStatic]
    private static OutboundFrame[]? _stack;

    [ThreadStatic]
    private static int _count;

    public static OutboundFrame? TryTake()
    {
        if (_count == 0 && !TryRefill())
        {
            return null;
        }

        return _stack![--_count];
    }

    public static void Return(OutboundFrame frame)
    {
        _stack ??= new OutboundFrame[StackSize];
        if (_count == StackSize)
        {
            Spill();
        }

        _stack[_count++] = frame;
    }

    private static bool TryRefill()
    {
        lock (Gate)
        {
            if (!Full.TryPop(out var full))
            {
                return false;
            }

            if (_stack is not null)
            {
                Empty.Push(_stack);
            }

            _stack = full;
        }

        _count = StackSize;
        return true;
    }

    private static void Spill()
    {
        lock (Gate)
        {
            if (Full.Count < ShelfSize)
            {
                Full.Push(_stack!);
                _stack = Empty.TryPop(out var empty) ? empty : new OutboundFrame[StackSize];
            }
        }

        _count = 0;
    }
}
