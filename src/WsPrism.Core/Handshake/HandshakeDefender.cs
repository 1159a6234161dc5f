using System.Net;
using System.Net.Sockets;
using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;

namespace WsPrism.Core.Handshake;

/// <summary>
/// Token buckets in front of every handshake: one for all, one per client address (IPv6: per /64). Addresses are kept in a table of fixed size, chained
/// from most to least recently seen; a new one takes the place of the least recent in O(1). Safe for all threads: one short lock, control path only.
/// </summary>
internal sealed class HandshakeDefender
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly double _nanosecondsPerTick;
    private readonly long _origin;
    private HandshakeLimitConfig _config;
    private RateLimit _globalLimit;
    private RateLimit _addressLimit;
    private RateBucket _global;
    private Dictionary<UInt128, int> _places = [];
    private Entry[] _entries = [];
    private int _count;

    // The chain's ends; -1 while it is empty.
    private int _newest = -1;
    private int _oldest = -1;

    public HandshakeDefender(HandshakeLimitConfig config, TimeProvider time)
    {
        _time = time;
        _nanosecondsPerTick = 1e9 / time.TimestampFrequency;
        _origin = time.GetTimestamp();
        _config = config;
        (_globalLimit, _addressLimit) = Limits(config);
    }

    /// <summary>Addresses remembered.</summary>
    public int AddressCount
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Puts new limits in force; what is remembered of addresses starts anew where the table's size changes.</summary>
    public void Configure(HandshakeLimitConfig config)
    {
        lock (_gate)
        {
            if (config.MaxIpEntries != _config.MaxIpEntries)
            {
                (_places, _entries, _count, _newest, _oldest) = ([], [], 0, -1, -1);
            }

            _config = config;
            (_globalLimit, _addressLimit) = Limits(config);
        }
    }

    /// <summary>Takes a token for a handshake from this address, or says when there will be one. An address over its own limit costs the others nothing.</summary>
    public bool TryAdmit(IPAddress address, out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            retryAfter = TimeSpan.Zero;
            if (!_config.Enabled)
            {
                return true;
            }

            var now = (long)((_time.GetTimestamp() - _origin) * _nanosecondsPerTick);
            ref var entry = ref Touch(KeyOf(address));
            var seen = entry.Bucket;
            if (!entry.Bucket.TryTake(_addressLimit, now, out var waitNs))
            {
                retryAfter = TimeSpan.FromMicroseconds(waitNs / 1_000.0);
                return false;
            }

            if (!_global.TryTake(_globalLimit, now, out waitNs))
            {
                entry.Bucket = seen;
                retryAfter = TimeSpan.FromMicroseconds(waitNs / 1_000.0);
                return false;
            }

            return true;
        }
    }

    private static (RateLimit Global, RateLimit Address) Limits(HandshakeLimitConfig config) =>
        (new RateLimit(config.GlobalRps, config.GlobalBurst), new RateLimit(config.PerIpRps, config.PerIpBurst));

    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            // The mapped form: apart from all /64s, whose lower half is zero here.
            bytes[10] = bytes[11] = 0xFF;
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
            bytes[8..].Clear();
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private ref Entry Touch(UInt128 key)
    {
        if (_places.TryGetValue(key, out var place))
        {
            Unchain(place);
        }
        else
        {
            place = _count < _config.MaxIpEntries ? NewPlace() : ForgetOldest();
            _entries[place] = new Entry { Key = key };
            _places.Add(key, place);
        }

        Chain(place);
        return ref _entries[place];
    }

    private int NewPlace()
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Min(_config.MaxIpEntries, Math.Max(64, _count * 2)));
        }

        return _count++;
    }

    private int ForgetOldest()
    {
        var place = _oldest;
        Unchain(place);
        _places.Remove(_entries[place].Key);
        return place;
    }

    private void Chain(int place)
    {
        ref var entry = ref _entries[place];
        entry.Newer = -1;
        entry.Older = _newest;
        if (_newest >= 0)
        {
            _entries[_newest].Newer = place;
        }

        _newest = place;
        if (_oldest < 0)
        {
            _oldest = place;
        }
    }

    private void Unchain(int place)
    {
        var (newer, older) = (_entries[place].Newer, _entries[place].Older);
        if (newer >= 0)
        {
            _entries[newer].Older = older;
        }
        else
        {
            _newest = older;
        }

        if (older >= 0)
        {
            _entries[older].Newer = newer;
        }
        else
        {
            _oldest = newer;
        }
    }

    private struct Entry
    {
        public UInt128 Key;
        public RateBucket Bucket;
        public int Newer;
        public int Older;
    }
}
