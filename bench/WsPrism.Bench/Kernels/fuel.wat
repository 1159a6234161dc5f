;; The most bytes that fuel buys: fills so much of the memory.
(module
  (memory 16)
  (func (export "fill") (param i32)
    (memory.fill (i32.const 0) (i32.const 7) (local.get 0))))
