Console.WriteLine("wsprism");
