namespace WsPrism.Samples.Bot
{
    /// <summary>What came: one of the three kinds, or that the sender has left.</summary>
    internal struct Received
    {
        public byte Opcode;
        public uint Sender;
        public ShipState Ship;
        public Shot Shot;
        public Hit Hit;
    }

    /// <summary>
    /// From the client's receive loop to the game's thread: one puts in as frames come, the other takes out in <c>Update</c>. The places are made once. Thread-safe.
    /// </summary>
    internal sealed class FrameQueue
    {
        private readonly object _gate = new object();
        private readonly Received[] _places;
        private int _first;
        private int _count;

        public FrameQueue(int places) => _places = new Received[places];

        /// <summary>Frames that were dropped, the oldest first: the game has not looked for long (a scene was loading), and the newest states count.</summary>
        public long Dropped { get; private set; }

        public void Put(in Received received)
        {
            lock (_gate)
            {
                if (_count == _places.Length)
                {
                    _first = (_first + 1) % _places.Length;
                    _count--;
                    Dropped++;
                }

                _places[(_first + _count) % _places.Length] = received;
                _count++;
            }
        }

        public bool TryTake(out Received received)
        {
            lock (_gate)
            {
                received = default;
                if (_count == 0)
                    return false;

                received = _places[_first];
                _first = (_first + 1) % _places.Length;
                _count--;
                return true;
            }
        }
    }
}
