;; What fuel buys at worst: as many bytes as can be filled, square roots that wait for each other, loads that miss every cache.
(module
  (memory (export "memory") 256)
  (func (export "fill") (param i32)
    (memory.fill (i32.const 0) (i32.const 7) (local.get 0)))
  (func (export "roots") (param i32) (result f64) (local f64)
    (local.set 1 (f64.const 1e300))
    (loop
      (local.set 1 (local.get 1)
        (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt) (f64.sqrt))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func (export "chase") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (local.get 1)
        (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load) (i32.load))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1)))
