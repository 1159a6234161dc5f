using System;
using WsPrism.Protocol.Hot;

namespace WsPrism.Samples.Bot
{
    // What goes over the wire: samples/game/src/protocol.ts in C#, field for field.
    internal static class Protocol
    {
        public const byte Game = 1;
        public const byte ShipOpcode = 1;
        public const byte ShotOpcode = 2;
        public const byte HitOpcode = 3;
        public const byte LeftOpcode = 255;
        public const int MaxPayload = 32;
    }

    [Flags]
    internal enum Keys : byte
    {
        None = 0,
        Left = 1,
        Right = 2,
        Thrust = 4,
        Fire = 8,
        Shield = 16,
    }

    /// <summary>A state: all of a ship as it was at <see cref="T"/>, the gateway's time in milliseconds.</summary>
    internal struct ShipState
    {
        public double T;
        public float X;
        public float Y;
        public float Vx;
        public float Vy;
        public float Angle;
        public Keys Keys;
        public byte Life;
        public ushort Score;

        public bool Moves => Vx != 0 || Vy != 0;

        public static bool TryRead(ReadOnlySpan<byte> payload, out ShipState state)
        {
            var reader = new PayloadReader(payload);
            state = new ShipState
            {
                T = reader.ReadDouble(),
                X = reader.ReadSingle(),
                Y = reader.ReadSingle(),
                Vx = reader.ReadSingle(),
                Vy = reader.ReadSingle(),
                Angle = reader.ReadSingle(),
                Keys = (Keys)reader.ReadBits(5),
                Life = reader.ReadUInt8(),
                Score = reader.ReadUInt16(),
            };

            // The gateway relays whatever somebody sends, infinities too.
            return reader.IsComplete && double.IsFinite(state.T) && float.IsFinite(state.X + state.Y + state.Vx + state.Vy + state.Angle);
        }

        public readonly void Write(ref PayloadWriter writer)
        {
            writer.WriteDouble(T);
            writer.WriteSingle(X);
            writer.WriteSingle(Y);
            writer.WriteSingle(Vx);
            writer.WriteSingle(Vy);
            writer.WriteSingle(Angle);
            writer.WriteBits((ulong)Keys, 5);
            writer.WriteUInt8(Life);
            writer.WriteUInt16(Score);
        }
    }

    /// <summary>An event: a shot was fired, then and there.</summary>
    internal struct Shot
    {
        public double T;
        public ushort Id;
        public float X;
        public float Y;
        public float Vx;
        public float Vy;

        /// <summary>Whose it is: not on the wire, for SENDER tells.</summary>
        public uint By;

        public static bool TryRead(ReadOnlySpan<byte> payload, uint by, out Shot shot)
        {
            var reader = new PayloadReader(payload);
            shot = new Shot
            {
                T = reader.ReadDouble(),
                Id = reader.ReadUInt16(),
                X = reader.ReadSingle(),
                Y = reader.ReadSingle(),
                Vx = reader.ReadSingle(),
                Vy = reader.ReadSingle(),
                By = by,
            };
            return reader.IsComplete && double.IsFinite(shot.T) && float.IsFinite(shot.X + shot.Y + shot.Vx + shot.Vy);
        }

        public readonly void Write(ref PayloadWriter writer)
        {
            writer.WriteDouble(T);
            writer.WriteUInt16(Id);
            writer.WriteSingle(X);
            writer.WriteSingle(Y);
            writer.WriteSingle(Vx);
            writer.WriteSingle(Vy);
        }
    }

    /// <summary>An event: its sender was hit, by that shot of the session with the handle <see cref="By"/>.</summary>
    internal struct Hit
    {
        public uint By;
        public ushort Id;
        public float X;
        public float Y;

        public static bool TryRead(ReadOnlySpan<byte> payload, out Hit hit)
        {
            var reader = new PayloadReader(payload);
            hit = new Hit { By = reader.ReadUInt32(), Id = reader.ReadUInt16(), X = reader.ReadSingle(), Y = reader.ReadSingle() };
            return reader.IsComplete;
        }

        public readonly void Write(ref PayloadWriter writer)
        {
            writer.WriteUInt32(By);
            writer.WriteUInt16(Id);
            writer.WriteSingle(X);
            writer.WriteSingle(Y);
        }
    }
}
