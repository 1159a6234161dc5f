using System.Runtime.InteropServices;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// An io_uring of one thread: requests are laid into a ring that is shared with the kernel, one system call starts them all and waits for their results.
/// Only what this program needs: sends that never block. Layout of the structures: <c>linux/io_uring.h</c>. Used by the thread that made it alone.
/// </summary>
internal sealed unsafe class IoUring : IDisposable
{
    // struct io_uring_params: u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3], then the two tables of offsets.
    private const int ParametersLength = 120;
    private const int FlagsAt = 8;
    private const int CompletionEntriesAt = 4;
    private const int FeaturesAt = 20;
    private const int SubmissionOffsetsAt = 40;
    private const int CompletionOffsetsAt = 80;

    private const uint ClampSize = 1 << 4; // IORING_SETUP_CLAMP
    private const uint SubmitAll = 1 << 7; // IORING_SETUP_SUBMIT_ALL: a request that fails does not hold back those behind it
    private const uint SingleIssuer = 1 << 12; // IORING_SETUP_SINGLE_ISSUER
    private const uint DeferTaskRun = 1 << 13; // IORING_SETUP_DEFER_TASKRUN: completions run in our own call, not in interrupts

    private const uint SingleMap = 1 << 0; // IORING_FEAT_SINGLE_MMAP
    private const uint NoDrop = 1 << 1; // IORING_FEAT_NODROP

    private const long EntriesOffset = 0x10000000; // IORING_OFF_SQES
    private const uint WaitForEvents = 1; // IORING_ENTER_GETEVENTS

    // struct io_uring_sqe: u8 opcode, u8 flags, u16 ioprio, s32 fd, u64 off, u64 addr, u32 len, u32 msg_flags, u64 user_data, …
    private const int EntryLength = 64;
    private const int PositionAt = 32;
    private const int ResultLength = 16;
    // EAGAIN of the call itself: the kernel has no memory for a request just now.
    private const int MaxRetries = 3;

    private const byte DoNothing = 0; // IORING_OP_NOP
    private const byte SendOperation = 26; // IORING_OP_SEND

    private readonly Descriptor _descriptor;
    private readonly nuint _ringsLength;
    private readonly nuint _entriesLength;
    private byte* _rings;
    private byte* _entries;
    private readonly uint* _submissionTail;
    private readonly uint _submissionMask;
    private readonly uint* _submissionIndexes;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly uint _completionMask;
    private readonly byte* _completions;
    private uint _tail;
    private int _prepared;

    private IoUring(Descriptor descriptor, byte* parameters)
    {
        _descriptor = descriptor;
        var submission = (uint*)(parameters + SubmissionOffsetsAt);
        var completion = (uint*)(parameters + CompletionOffsetsAt);
        Capacity = (int)*(uint*)parameters;
        var completionEntries = *(uint*)(parameters + CompletionEntriesAt);

        // Both rings lie in one mapping. Offsets: submission {head, tail, mask, entries, flags, dropped, array}, completion {head, tail, mask, entries, overflow, cqes}.
        _ringsLength = Math.Max(submission[6] + ((nuint)Capacity * sizeof(uint)), completion[5] + ((nuint)completionEntries * ResultLength));
        _entriesLength = (nuint)(Capacity * EntryLength);
        _rings = Map(_ringsLength, 0);
        _entries = Map(_entriesLength, EntriesOffset);
        _submissionTail = (uint*)(_rings + submission[1]);
        _submissionMask = *(uint*)(_rings + submission[2]);
        _submissionIndexes = (uint*)(_rings + submission[6]);
        _completionHead = (uint*)(_rings + completion[0]);
        _completionTail = (uint*)(_rings + completion[1]);
        _completionMask = *(uint*)(_rings + completion[2]);
        _completions = _rings + completion[5];
        _tail = *_submissionTail;
    }

    /// <summary>How many requests fit into one submission.</summary>
    public int Capacity { get; }

    /// <summary>Tries a ring out. Null where io_uring may be used by this process, else the system's reason why not.</summary>
    public static string? Probe()
    {
        using var ring = TryCreate(1, out var problem);
        if (ring is not null)
        {
            ring.PrepareSend(-1, null, 0);
            ring.Cancel(0);
            ring.TrySubmit(stackalloc int[1], out problem);
        }

        return problem;
    }

    /// <summary>
    /// A ring for the calling thread; null with the system's reason where io_uring may not be used here: an old kernel, or a container that forbids it.
    /// </summary>
    public static IoUring? TryCreate(int capacity, out string? problem)
    {
        var parameters = stackalloc byte[ParametersLength];
        new Span<byte>(parameters, ParametersLength).Clear();
        *(uint*)(parameters + FlagsAt) = ClampSize | SubmitAll | SingleIssuer | DeferTaskRun;
        var number = (int)Libc.SystemCall(Libc.IoUringSetup, (nint)capacity, (nint)parameters, 0, 0, 0, 0);
        if (number < 0)
        {
            problem = $"io_uring_setup: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
            return null;
        }

        var descriptor = new Descriptor(number);
        if ((*(uint*)(parameters + FeaturesAt) & (SingleMap | NoDrop)) != (SingleMap | NoDrop))
        {
            descriptor.Dispose();
            problem = "the kernel's io_uring is too old";
            return null;
        }

        try
        {
            problem = null;
            return new IoUring(descriptor, parameters);
        }
        catch (IOException)
        {
            descriptor.Dispose();
            problem = "its rings cannot be mapped";
            return null;
        }
    }

    /// <summary>
    /// Adds a send to the next submission. It takes what the socket takes now and waits for nothing. <paramref name="bytes"/> must stay where they are until then.
    /// </summary>
    public void PrepareSend(int descriptor, byte* bytes, int length)
    {
        var index = _tail & _submissionMask;
        var entry = _entries + (index * EntryLength);
        new Span<byte>(entry, EntryLength).Clear();
        *entry = SendOperation;
        *(int*)(entry + 4) = descriptor;
        *(byte**)(entry + 16) = bytes;
        *(int*)(entry + 24) = length;
        *(int*)(entry + 28) = Libc.NoSignal | Libc.DontWait;
        *(long*)(entry + PositionAt) = _prepared;
        _submissionIndexes[index] = index;
        _tail++;
        _prepared++;
    }

    /// <summary>Makes a prepared send do nothing.</summary>
    /// <param name="position">Its place in the submission, from 0.</param>
    public void Cancel(int position)
    {
        var entry = _entries + (((_tail - (uint)(_prepared - position)) & _submissionMask) * EntryLength);
        new Span<byte>(entry, EntryLength).Clear();
        *entry = DoNothing;
        *(long*)(entry + PositionAt) = position;
    }

    /// <summary>
    /// Runs what was prepared, in order, and stores each answer at its position: the bytes sent, or the negated errno. False where the kernel refuses the ring
    /// itself: then the ring is of no more use, and what may have been sent, or not, is answered as a broken connection.
    /// </summary>
    public bool TrySubmit(Span<int> results, out string? problem)
    {
        var count = _prepared;
        results[..count].Fill(Libc.Broken);
        Volatile.Write(ref *_submissionTail, _tail);
        _prepared = 0;
        problem = null;
        var left = count;
        var retries = 0;
        for (var answered = 0; answered < count;)
        {
            // Sends that may not wait are done when the call returns; it is repeated only where a signal came in between.
            var taken = (int)Libc.SystemCall(Libc.IoUringEnter, _descriptor.Number, left, count - answered, (nint)WaitForEvents, 0, 0);
            var error = taken < 0 ? -Marshal.GetLastPInvokeError() : 0;
            if (error == Libc.TryAgain && retries++ < MaxRetries)
            {
                continue;
            }

            if (error is not (0 or Libc.Interrupted))
            {
                if (left == count)
                {
                    results[..count].Fill(Libc.TryAgain);
                }

                problem = $"io_uring_enter: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
                return false;
            }

            left -= Math.Max(taken, 0);
            answered += Collect(results);
        }

        return true;
    }

    public void Dispose()
    {
        if (_rings is not null)
        {
            _ = Libc.Unmap(_rings, _ringsLength);
            _ = Libc.Unmap(_entries, _entriesLength);
            _rings = _entries = null;
        }

        _descriptor.Dispose();
    }

    private int Collect(Span<int> results)
    {
        var head = *_completionHead;
        var tail = Volatile.Read(ref *_completionTail);
        var count = (int)(tail - head);
        for (; head != tail; head++)
        {
            // struct io_uring_cqe: u64 user_data, s32 res, u32 flags
            var completion = _completions + ((head & _completionMask) * ResultLength);
            results[(int)*(long*)completion] = *(int*)(completion + 8);
        }

        Volatile.Write(ref *_completionHead, tail);
        return count;
    }

    private byte* Map(nuint length, long offset)
    {
        var memory = Libc.Map(null, length, Libc.ReadWrite, Libc.SharedPopulated, _descriptor.Number, offset);
        return memory != (void*)-1 ? (byte*)memory : throw new IOException("mmap");
    }
}
