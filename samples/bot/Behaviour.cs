namespace WsPrism.Samples.Bot
{
    /// <summary>Called by the <see cref="GameLoop"/> on its one thread. In Unity this is <c>MonoBehaviour</c>, and Unity calls.</summary>
    internal abstract class Behaviour
    {
        /// <summary>Once, before anything else.</summary>
        public virtual void Start()
        {
        }

        /// <summary>For each step of the simulation, all of which have the same length.</summary>
        public virtual void FixedUpdate()
        {
        }

        /// <summary>Once a frame.</summary>
        public virtual void Update()
        {
        }
    }
}
